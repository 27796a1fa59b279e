/**
 * The commands, each loaded only when it is called.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import { buildApplication, buildRouteMap, text_en } from '@stricli/core';
import { bakeCommand } from './commands/bake.ts';
import { captureCommand } from './commands/capture.ts';
import { chatCommand } from './commands/chat.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { experimentRoutes } from './commands/experiment.ts';
import { generateCommand } from './commands/generate.ts';
import { humanRoutes } from './commands/human.ts';
import { judgeCommand } from './commands/judge.ts';
import { localizeCommand } from './commands/localize.ts';
import { modelsCommand } from './commands/models.ts';
import { pairsRoutes } from './commands/pairs.ts';
import { planRoutes } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { scoreCommand } from './commands/score.ts';
import { sideEffectsCommand } from './commands/side-effects.ts';
import { tasksRoutes } from './commands/tasks.ts';
import { toxicityRoutes } from './commands/toxicity.ts';
import { workerCommand } from './commands/worker.ts';
import { type AusteerContext, InterruptedError } from './context.ts';
import { TOOL } from './tool.ts';

/** Errors of this project say all there is to say; of others the stack helps to report them. */
function describeError(error: unknown): string {
  if (AusteerError.isInstance(error) || error instanceof InterruptedError) return error.message;
  return `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

export const application = buildApplication<AusteerContext>(
  buildRouteMap({
    routes: {
      demo: demoCommand,
      doctor: doctorCommand,
      models: modelsCommand,
      tasks: tasksRoutes,
      capture: captureCommand,
      pairs: pairsRoutes,
      localize: localizeCommand,
      plan: planRoutes,
      generate: generateCommand,
      chat: chatCommand,
      score: scoreCommand,
      evaluate: evaluateCommand,
      reproduce: reproduceCommand,
      experiment: experimentRoutes,
      worker: workerCommand,
      compare: compareCommand,
      judge: judgeCommand,
      human: humanRoutes,
      sideEffects: sideEffectsCommand,
      toxicity: toxicityRoutes,
      bake: bakeCommand,
      report: reportCommand,
      completion: completionCommand,
    },
    docs: {
      brief: 'Find the activation units of a language model that matter, steer them, measure what that did.',
      fullDescription: [
        'Find the activation units of a language model that tell good answers from bad ones, steer just those, and measure what that did.',
        '',
        'Start with:  austeer demo',
        'Exit codes:  0 done · 1 error or failed check · 2 wrong command line · 130 stopped by Ctrl-C',
      ].join('\n'),
    },
  }),
  {
    name: 'austeer',
    versionInfo: { currentVersion: TOOL.version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    determineExitCode: (error) => (error instanceof InterruptedError ? 130 : 1),
    localization: { text: { ...text_en, exceptionWhileRunningCommand: describeError } },
  },
);
