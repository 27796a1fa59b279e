/**
 * Neutral English to measure a model's language on: written for this project, so that no model was trained on it and
 * nobody's rights are touched. Apache-2.0 like the rest, and dedicated to the public domain (CC0 1.0) as well.
 *
 * @module
 */

/**
 * 48 short paragraphs on everyday things. The first sentence of each also serves as a prompt to go on from.
 *
 * @example
 * ```ts
 * HELD_TEXTS.length; // 48
 * ```
 */
export const HELD_TEXTS: readonly string[] = [
  'The ferry to the island leaves from the north pier twice a day. In winter the second crossing is often cancelled because of fog, and passengers wait in the small café beside the ticket office.',
  'Bread dough rises faster in a warm kitchen than in a cool one. Bakers who want more flavour let it stand overnight at a low temperature and shape the loaves in the morning.',
  'Our street was repaved last summer after years of patching. The workers came early, put up orange barriers, and finished the whole block in nine days, which was sooner than anyone had expected.',
  'A violin has four strings, usually tuned a fifth apart. The player presses them against the fingerboard with the left hand while the right hand draws the bow across them near the bridge.',
  'The library keeps its oldest maps in flat drawers on the second floor. Visitors may look at them on request, but pens are not allowed at the tables and bags stay in the lockers downstairs.',
  'Rain fell on the valley for most of April. By the end of the month the river had reached the lower meadows, and farmers moved their sheep to the fields behind the church.',
  'When a metal bar is heated it grows a little longer. Engineers leave narrow gaps in bridges for this reason, so that the deck can move on hot days without bending.',
  'My grandmother collected buttons in glass jars and sorted them by colour. On quiet afternoons we would pour a jar onto the table and guess which coat each of them had come from.',
  'The town council meets on the first Monday of every month. Anyone may attend, and the last half hour is kept for questions from residents about roads, parks and waste collection.',
  'Bees find flowers by colour and by scent. A bee that returns with plenty of nectar dances on the comb, and the direction of the dance tells the others where to fly.',
  'To change the filter, switch the machine off and wait until the light stops blinking. Lift the cover, pull the old cartridge straight out, and push the new one in until it clicks.',
  'The museum bought three small paintings at the auction in March. Two of them show the harbour at dusk, and the third, which is unsigned, is thought to be a study for a larger work.',
  'Tea grows best on slopes with plenty of rain and good drainage. The youngest leaves are picked by hand, laid out to wither for some hours, and then rolled before they are dried.',
  'Several families share the garden behind the old mill. Each looks after a bed of vegetables, and once a month everyone meets to mend the fence and to plan what will be sown next.',
  'The train was twenty minutes late, so we missed the connection at the junction. The conductor gave us a form for a refund and told us which platform the next express would use.',
  'A compass needle points towards the magnetic north pole, which is not quite where the maps put north. Hikers correct for the difference by turning the dial a few degrees before they set out.',
  'In the evening the wind dropped and the lake became as smooth as glass. Two fishermen rowed back slowly, talking about the weather and the price of a new engine.',
  'The first edition of the dictionary took eleven years to prepare. Volunteers sent in slips of paper with examples of each word, and the editors sorted them in wooden pigeonholes.',
  'Concrete does not dry, as people often say, but hardens by a chemical reaction with water. Builders therefore keep it damp for the first days, especially in hot and windy weather.',
  'She learned to type on a heavy machine that had belonged to her uncle. The letter e was always a little higher than the others, and she could recognise her own pages by it.',
  'The new timetable adds two morning buses between the hospital and the university. Drivers asked for longer breaks at the terminal, and the company agreed to try them until autumn.',
  'Salt lowers the temperature at which water freezes. That is why it is spread on roads before a cold night, although below about minus ten degrees it no longer helps very much.',
  'A pair of swallows has nested above the stable door for six springs in a row. They arrive in the last week of April, repair the nest with mud, and leave again in September.',
  'The recipe asks for three lemons, but two are enough if they are large. Grate the peel first, then squeeze the juice, and stir both into the sugar before adding the flour.',
  'Before the invention of clocks, people measured short times with candles, water or sand. A good hourglass was turned at the change of every watch on board a ship.',
  'The bridge was closed to lorries while its cables were inspected. Specialists hung from ropes photographed every metre, and the pictures were compared with those of ten years before.',
  'Clay soil holds water well but is hard to dig. Gardeners improve it by working in compost and coarse sand each autumn, when the ground is neither frozen nor too wet.',
  'At the end of the term the pupils showed their models in the gymnasium. There was a lighthouse with a real lamp, a paper bridge that carried four bricks, and a very long train.',
  'The telephone exchange once employed forty people on this floor. Today a single cabinet in the basement does the same work, and the rooms above it are used as studios.',
  'Glass is made by melting sand with soda and lime. A glassblower gathers the soft mass at the end of a pipe, turns it without pause, and shapes it with wet wooden tools.',
  'He keeps a notebook in which he writes down every bird he sees from the balcony. Most entries are sparrows and pigeons, but last week there was a kingfisher by the canal.',
  'The orchestra tunes to the note of the oboe before each concert. Its pitch is steady and easy to hear through the sound of all the other instruments warming up.',
  'A letter from abroad used to take weeks and was often read aloud to the whole household. The stamps were cut off carefully and kept in an album under the stairs.',
  'The survey counted cyclists at nine crossings during one week in June. On dry days there were about twice as many as on wet ones, and most of them rode between seven and nine.',
  'Wool keeps its warmth even when it is damp. The fibres are curled and trap small pockets of air, which let heat through only slowly and dry out from the inside.',
  'They painted the kitchen pale yellow because the window faces north. The colour makes the room look brighter in winter, and it goes well with the blue tiles around the stove.',
  'Every ten years the forest is divided into plots and the trees are measured. The foresters note height, girth and kind, and from these figures they decide how much may be cut.',
  'The lighthouse keeper climbed one hundred and forty steps every evening to wind the mechanism. Since the lamp became automatic, an engineer comes by boat only twice a year.',
  'Copper is soft enough to be drawn into thin wire and carries electricity well. It is also easy to melt down, so that much of what is used today was already used before.',
  'The bakery at the corner sells its rolls from a window that opens onto the square. By seven in the morning there is a line, and by ten the baskets are usually empty.',
  'A glacier moves slowly downhill under its own weight. Stones frozen into its base scratch the rock beneath, and the scratches show later travellers which way the ice once went.',
  'The committee received thirty designs for the new bandstand. It chose a simple round roof on eight columns, partly because it was cheap and partly because it left the old trees standing.',
  'Once the ink is dry, the sheets are folded, gathered in order and sewn along the spine. The cover is glued on last, and the finished book lies under a weight until the next day.',
  'On the coast the houses are built with their backs to the sea. The doors and larger windows look inland, where the wind is gentler and the gardens are sheltered by low walls.',
  'The clinic opens at eight and closes at six, except on Fridays. Patients who cannot come during these hours may ask for an evening appointment or speak to a nurse by telephone.',
  'Our neighbour repairs bicycles in his garage and charges almost nothing. He says that most problems come from dry chains and soft tyres, and that both can be avoided in five minutes.',
  'The moon turns once on its axis in the time it takes to go around the earth. For that reason we always see the same side of it, apart from small swings at the edges.',
  'In autumn the apples are sorted by size on a long wooden table. The best go to the market in town, the bruised ones are pressed for juice, and the rest are stored in the cellar.',
];

/**
 * What stands before the end of the first sentence of a text.
 *
 * @example
 * ```ts
 * firstSentence('It rained. We stayed in.'); // 'It rained.'
 * ```
 */
export function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
