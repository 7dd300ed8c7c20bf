import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const program = createProgram(async () => {});

/** `serve`, `jobs list`, ...: every command that does something. */
function commandsOf(parent: Command, prefix = ''): { name: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    return command.commands.length > 0 ? commandsOf(command, `${name} `) : [{ name, command }];
  });
}

describe('docs/cli.md', () => {
  it.each(commandsOf(program))('has a section with an example for scholium $name', ({ name }) => {
    const section = page.split(/^### /m).find((text) => text.startsWith(`scholium ${name}\n`));
    expect(section).toMatch(new RegExp(`^    scholium ${name.split(' ')[0]}`, 'm'));
  });

  it('names no command that does not exist', () => {
    const documented = [...page.matchAll(/^### scholium (.+)$/gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(
      commandsOf(program)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it.each([
    ...commandsOf(program).flatMap(({ name, command }) => command.options.map((option) => ({ name, flag: option.long ?? '' }))),
    ...program.options.map((option) => ({ name: '', flag: option.long ?? '' })),
  ])('explains $flag of scholium $name', ({ flag }) => {
    expect(page).toMatch(flag === '--output' ? / -o / : new RegExp(`${flag}\\b`));
  });

  it('lists each exit code with what it means, and no other', () => {
    const documented = [...page.matchAll(/^\| (\d+) \| ([^|]+) \|$/gm)].map(([, code, about]) => ({ code: Number(code), about }));
    expect(documented.map(({ code }) => code)).toEqual(Object.values(exitCodes).map(({ code }) => code));
    for (const { code, about } of Object.values(exitCodes)) {
      expect(documented.find((row) => row.code === code)?.about).toContain(about);
    }
  });
});

describe('docs/errors.md', () => {
  it('has cause and cure of every code that the command line throws', () => {
    const errors = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const folder = new URL('./', import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const thrown = sources.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/new CliError\(\s*'\w+',\s*'(\w+)'/g)].map(([, code]) => code),
    );
    expect(thrown).toContain('file_not_found');
    for (const code of [...thrown, 'unreachable', 'unexpected_reply']) expect(errors).toContain(`\n| \`${code}\` |`);
  });
});

describe('--help', () => {
  it('explains every exit code', () => {
    let help = '';
    const shown = createProgram(async () => {}).configureOutput({ writeOut: (text) => void (help += text) });
    shown.outputHelp();
    for (const { code, about } of Object.values(exitCodes)) expect(help).toContain(`${String(code).padEnd(5)}${about}`);
  });
});
