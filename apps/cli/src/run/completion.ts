import { UnknownNameError } from '@austeer/core';
import { type Application, proposeCompletions, type StricliProcess } from '@stricli/core';
import { SHELLS, type Shell } from '../commands/completion.ts';
import type { AusteerContext } from '../context.ts';

/** What shells call to learn what may follow; not a command for people. */
const COMPLETE = '__complete';

/** Each asks `austeer __complete` with the words so far; where nothing comes back, files are completed. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_austeer() {
  local IFS=$'\\n'
  COMPREPLY=($(austeer ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _austeer austeer`,
  zsh: `_austeer() {
  local -a found
  local line
  for line in \${(f)"$(austeer ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#found} )); then _describe austeer found; else _files; fi
}
compdef _austeer austeer`,
  fish: `function __austeer_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  austeer ${COMPLETE} $words[2..-1] "$current" 2>/dev/null
end
complete -c austeer -a '(__austeer_complete)'`,
};

export async function runCompletion(this: AusteerContext, _flags: object, shell: string): Promise<void> {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) throw new UnknownNameError({ kind: 'shell', given: shell, known: SHELLS });
  this.terminal.print(SCRIPTS[known]);
}

/** What may stand where the last word stands, a line each: the word, a tab, and what it is. */
export async function completeWords(
  application: Application<AusteerContext>,
  words: readonly string[],
  context: AusteerContext,
): Promise<void> {
  const stdout: StricliProcess['stdout'] = context.process.stdout;
  const found = await proposeCompletions(application, words, context);
  for (const { completion, brief } of found) {
    // "--" ends the flags; nobody wants it proposed.
    if (completion !== '--') stdout.write(`${completion}\t${brief}\n`);
  }
}
