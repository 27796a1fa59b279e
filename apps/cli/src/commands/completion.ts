import { buildCommand } from '@stricli/core';

/** Shells that are known. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

export const completionCommand = buildCommand({
  loader: async () => (await import('../run/completion.ts')).runCompletion,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'bash, zsh or fish', placeholder: 'shell' }],
    },
  },
  docs: {
    brief: 'Let a shell complete commands and flags',
    fullDescription: [
      'Print what a shell needs to complete commands, flags and their values.',
      '',
      'Examples:',
      '  austeer completion bash >> ~/.bashrc',
      '  austeer completion zsh >> ~/.zshrc          (after compinit)',
      '  austeer completion fish > ~/.config/fish/completions/austeer.fish',
    ].join('\n'),
  },
});
