/** Three hundred of the random models of which `npm test` makes a few. */
import './random-models.test.ts';
