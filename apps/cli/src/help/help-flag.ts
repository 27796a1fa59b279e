/**
 * `--help` everywhere, in this program's own words and widths.
 *
 * @module
 */
import type { StricliIntegration } from '@stricli/core';
import type { AusteerContext } from '../context.ts';
import { formatCommandHelp } from './command-help.ts';
import { formatGroupHelp, formatRootHelp } from './route-help.ts';

/** The flag `--help`; also what a command without its command shows. */
export const helpFlag: StricliIntegration<AusteerContext> = {
  flag: {
    brief: 'Show help',
    aliases: ['h'],
    global: true,
    defaultForRouteMap: true,
    run(application, { result: { target, prefix } }) {
      const { terminal } = this as AusteerContext;
      const name = prefix.join(' ');
      if ('parameters' in target) terminal.print(formatCommandHelp(terminal, name, target));
      else if (target === application.root) terminal.print(formatRootHelp(terminal, target));
      else terminal.print(formatGroupHelp(terminal, name, target));
    },
  },
};
