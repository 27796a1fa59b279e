/**
 * Neutral English to measure on how much a gain costs: other texts than those that side effects are measured on later
 * (`HELD_TEXTS` of `@austeer/evaluators`). Written for this project. Apache-2.0 like the rest, and dedicated to the public domain
 * (CC0 1.0) as well.
 *
 * @module
 */

/** 24 beginnings of texts of several kinds: telling, explaining, instructing, asking, listing. */
export const NEUTRAL_TEXTS: readonly string[] = [
  'The river bends twice before it reaches the old mill, where the water slows and the reeds grow thick along both banks.',
  'Bring the stock to a gentle boil, add the chopped onions and leave the pot uncovered for about ten minutes.',
  'The budget for the coming year was the only item left on the list, and nobody wanted to be the first to speak about it.',
  'Light travels more slowly through glass than through air, which is why a lens can bend it to a point.',
  'She packed two shirts, a map and a small lamp, and caught the first train going north along the coast.',
  'To put up the shelf, mark both holes with a pencil, drill them and press the plugs in until they are flush.',
  'What is the difference between weather and climate? Weather is what happens today, while climate is what one expects.',
  'Dear neighbours, on Saturday the water will be turned off from nine to eleven while the pipes in the cellar are replaced.',
  'The score was level at half time, but the visitors came back onto the field with fresh legs and a new plan.',
  'A sparrow landed on the window sill, looked in for a moment and flew off again with a crumb in its beak.',
  'Shopping list: flour, two dozen eggs, butter, a jar of honey, apples for the cake and something for the cat.',
  'In a right triangle the square of the longest side is equal to the sum of the squares of the other two sides.',
  'My brother repairs bicycles in a small workshop behind the station, and in winter he builds lamps out of old chains.',
  'The first chapter describes how the town was founded; the second follows three families through the years of the great drought.',
  'If the program does not start, check that the cable is plugged in and that no other window is using the camera.',
  'Most stars that we can see without a telescope are larger and brighter than our own sun, and very far away.',
  'Could you tell me when the next bus to the harbour leaves, and whether I can take my bicycle on board?',
  'The recipe had been in the family for longer than anyone could remember, written on the back of a railway ticket.',
  'Prices for wool rose slightly in the spring, after two years in which hardly any ships had called at the islands.',
  'He tuned the piano by ear, one string after another, humming the note before he turned the pin.',
  'Rules of the house: shoes off at the door, no music after ten, and whoever finishes the bread buys the next loaf.',
  'When two plates of the crust push against each other, rock is folded upwards and mountains are formed over millions of years.',
  'The meeting was moved to the small room upstairs because the hall had been promised to the choir for its rehearsal.',
  'At dusk the lamps along the canal came on one by one, and the last boats turned towards the lock.',
];
