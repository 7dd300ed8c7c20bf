import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A PocketSphinx that writes down everything it is asked to hear, and waits at a gate. */
export interface GatedEngine {
  /** For `POCKETSPHINX_PATH`. */
  readonly program: string;
  /** Checksums of the sound it was given, in the order of the requests. */
  heard(): Promise<string[]>;
  /** From now on it waits nowhere. */
  open(): Promise<void>;
}

/**
 * Puts a script before the real engine. Its control file is its standard input: one line an utterance, whose sound
 * lies in the folder given by `-cepdir`.
 *
 * @param passes how many utterances pass before the gate holds
 */
export async function makeGatedEngine(folder: string, passes: number): Promise<GatedEngine> {
  const [program, log, gate] = [join(folder, 'engine.sh'), join(folder, 'heard.log'), join(folder, 'gate-open')];
  await writeFile(log, '');
  await writeFile(program, script({ log, gate, passes }));
  await chmod(program, 0o755);
  return {
    program,
    heard: async () => (await readFile(log, 'utf8')).split('\n').filter(Boolean),
    open: () => writeFile(gate, ''),
  };
}

function script({ log, gate, passes }: { log: string; gate: string; passes: number }): string {
  return `#!/bin/sh
previous=
for argument in "$@"; do
  if [ "$previous" = -cepdir ]; then sounds=$argument; fi
  previous=$argument
done
while read -r name rest; do
  sha256sum < "$sounds/$name.raw" >> '${log}'
  if [ "$(wc -l < '${log}')" -gt ${passes} ]; then
    while [ ! -e '${gate}' ]; do sleep 0.05; done
  fi
  echo "$name $rest"
done | exec pocketsphinx_batch "$@"
`;
}
