/**
 * The commands, each loaded only when it is called.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import { buildApplication, buildRouteMap, ExitCode, text_en, version } from '@stricli/core';
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
import { exportCommand } from './commands/plan-exchange.ts';
import { reportCommand } from './commands/report.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { scoreCommand } from './commands/score.ts';
import { sideEffectsCommand } from './commands/side-effects.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tasksRoutes } from './commands/tasks.ts';
import { toxicityRoutes } from './commands/toxicity.ts';
import { workerCommand } from './commands/worker.ts';
import { type AusteerContext, InterruptedError } from './context.ts';
import { UsageError } from './flags.ts';
import { helpFlag } from './help/help-flag.ts';
import { TOOL } from './tool.ts';

/** Errors of this project say all there is to say; of others the stack helps to report them. */
export function describeError(error: unknown): string {
  if (AusteerError.isInstance(error) || error instanceof InterruptedError) return error.message;
  return `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Usage errors have negative codes of their own in the library; `run-austeer.ts` gives them the one that scripts know. */
function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return 130;
  return error instanceof UsageError ? ExitCode.InvalidArgument : 1;
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
      sweep: sweepCommand,
      reproduce: reproduceCommand,
      experiment: experimentRoutes,
      worker: workerCommand,
      compare: compareCommand,
      judge: judgeCommand,
      human: humanRoutes,
      sideEffects: sideEffectsCommand,
      toxicity: toxicityRoutes,
      bake: bakeCommand,
      export: exportCommand,
      report: reportCommand,
      completion: completionCommand,
    },
    docs: {
      brief: 'Find the activation units of a language model that matter, steer them, measure what that did.',
      fullDescription: [
        'Find the activation units of a language model that tell good answers from bad ones, steer just those, and',
        'measure what that did. Begin with:',
        '',
        '  austeer demo                                 the whole method on a small real model',
        '',
        'Then with pairs of your own, {"positive": "…", "negative": "…"}, one a line:',
        '',
        '  austeer localize --pairs pairs.jsonl --sites attention --out counts.safetensors',
        '  austeer plan create --counts counts.safetensors --k 16 --alpha 5 --out plan.safetensors',
        '  austeer chat --plan plan.safetensors',
      ].join('\n'),
    },
  }),
  {
    name: 'austeer',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    determineExitCode: exitCodeOf,
    localization: { text: { ...text_en, exceptionWhileRunningCommand: describeError } },
  },
  {
    help: helpFlag,
    version: version({ brief: text_en.briefs.version, info: { currentVersion: TOOL.version } }),
  },
);
