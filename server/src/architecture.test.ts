import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKSPACES = ['contract', 'client', 'server', 'cli', 'bench', 'e2e'];
const STEPS = ['ingest', 'decode', 'transcribe', 'diarize', 'read', 'indexing', 'generate', 'ask', 'export'];
const FORBIDDEN_FOLDERS = ['utils', 'util', 'common', 'helpers', 'helper', 'manager', 'base', 'misc', 'shared', 'lib'];
const MOST_LINES = 500;
/** What the core may import besides itself: shapes, pure functions, and streams that somebody hands in. None does I/O by itself. */
const CORE_PACKAGES = ['zod', '@scholium/contract', 'node:crypto', 'node:stream', 'node:util', 'stemmer', 'double-metaphone'];

const IMPORT = /^(?:import|export)\s+(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;

interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** As written, and for relative ones the path from the root. */
  readonly imports: readonly { readonly name: string; readonly path: string | null }[];
}

const files = WORKSPACES.flatMap((workspace) => readFolder(join(ROOT, workspace)));
const byPath = new Map(files.map((file) => [file.path, file]));
const isTest = (path: string): boolean =>
  /\.(?:test|conformance)\.ts$/.test(path) || /^server\/testkit\/|^bench\/|^e2e\//.test(path);

describe('the architecture', () => {
  it('is looked at whole', () => {
    expect(files.length).toBeGreaterThan(200);
    for (const workspace of WORKSPACES) expect(files.some(({ path }) => path.startsWith(`${workspace}/`))).toBe(true);
    expect(
      files.flatMap(({ imports }) => imports).filter(({ path }) => path !== null && !byPath.has(path) && path.endsWith('.ts')),
    ).toEqual([]);
  });

  it('imports adapters in the composition root only', () => {
    // doctor looks for the programs that adapters need, one at a time, where the composition root would refuse to start
    const allowed = /^server\/src\/(?:compose(?:-[a-z-]+)?\.ts|adapters\/|doctor\/)/;
    expect(importsThat((from, to) => to.startsWith('server/src/adapters/') && !allowed.test(from) && !isTest(from))).toEqual([]);
  });

  it('keeps adapters from knowing faces and the composition root', () => {
    const wrong = importsThat(
      (from, to) =>
        from.startsWith('server/src/adapters/') && !isTest(from) && /^server\/src\/(?:faces\/|compose|main|config)/.test(to),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps I/O, vendors, adapters and faces out of the core', () => {
    const core = files.filter(({ path }) => path.startsWith('server/src/core/') && !isTest(path));
    const wrong = core.flatMap(({ path, imports }) =>
      imports
        .filter(({ name, path: to }) => (to === null ? !CORE_PACKAGES.includes(name) : !to.startsWith('server/src/core/')))
        .map(({ name }) => `${path} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('lets steps know no other step: only the pipeline knows the order', () => {
    const stepOf = (path: string): string | undefined => STEPS.find((step) => path.startsWith(`server/src/core/${step}/`));
    const wrong = importsThat((from, to) => {
      const [step, other] = [stepOf(from), stepOf(to)];
      if (isTest(from) || other === undefined || step === other) return false;
      return step !== undefined || /^server\/src\/core\/(?:domain|ports|jobs|library)\//.test(from);
    });
    expect(wrong).toEqual([]);
  });

  it('lets the domain know nothing but itself and the contract', () => {
    const wrong = importsThat(
      (from, to) =>
        from.startsWith('server/src/core/domain/') && !isTest(from) && !/^server\/src\/core\/(?:domain|ports)\//.test(to),
    );
    expect(wrong).toEqual([]);
  });

  it('lets the contract know no other workspace, and clients only the contract', () => {
    const reaches = (workspace: string): string[] => [
      ...new Set(
        files
          .filter(({ path }) => path.startsWith(`${workspace}/`) && !isTest(path))
          .flatMap(({ imports }) => imports)
          .flatMap(({ name }) => /^@scholium\/([a-z]+)/.exec(name)?.slice(1) ?? []),
      ),
    ];
    expect(reaches('contract')).toEqual([]);
    expect(reaches('client')).toEqual(['contract']);
    expect(reaches('server')).toEqual(['contract']);
    const leaves = importsThat((from, to) => from.split('/')[0] !== to.split('/')[0] && !isTest(from));
    expect(leaves).toEqual([]);
  });

  it('reads the environment in one file of the server and one of the command line', () => {
    const readers = files.filter(
      ({ path, text }) => !isTest(path) && /\bprocess\.env\b|\benv\b[^;]*from 'node:process'/.test(text),
    );
    expect(readers.map(({ path }) => path).sort()).toEqual(['cli/src/environment.ts', 'server/src/config.ts']);
  });

  it('has named exports only', () => {
    expect(pathsOf(({ text, path }) => /^export default\b|\bas default\b/m.test(text) && !path.endsWith('.config.ts'))).toEqual(
      [],
    );
  });

  it(`has no file over ${MOST_LINES} lines`, () => {
    expect(pathsOf(({ text }) => text.split('\n').length > MOST_LINES)).toEqual([]);
  });

  it('names files in kebab-case, and no folder for what has no name', () => {
    expect(
      pathsOf(
        ({ path }) =>
          !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.fixture)?(?:\.(?:test|job|conformance|thread|child))?\.ts$/.test(
            path.split('/').at(-1) ?? '',
          ),
      ),
    ).toEqual([]);
    expect(
      pathsOf(({ path }) =>
        dirname(path)
          .split('/')
          .some((folder) => FORBIDDEN_FOLDERS.includes(folder)),
      ),
    ).toEqual([]);
  });

  it('leaves no test out, and lets none run alone', () => {
    expect(
      pathsOf(({ path, text }) => path.endsWith('.test.ts') && /^\s*(?:it|test|describe)\.(?:only|skip|todo)\b/m.test(text)),
    ).toEqual([]);
  });
});

function importsThat(match: (from: string, to: string) => boolean): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ path: to }) => (to !== null && match(path, to) ? [`${path} -> ${to}`] : [])),
  );
}

const pathsOf = (match: (file: SourceFile) => boolean): string[] => files.filter(match).map(({ path }) => path);

function readFolder(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/[/\\]node_modules(?:[/\\]|$)/.test(entry.parentPath))
    .map((entry) => readSource(join(entry.parentPath, entry.name)));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, name, dynamic]) => {
    const target = name ?? dynamic ?? '';
    return {
      name: target,
      path: target.startsWith('.') ? fromRoot(resolve(dirname(path), target)) : null,
    };
  });
  return { path: fromRoot(path), text, imports };
}

function fromRoot(path: string): string {
  return relative(ROOT, path).replaceAll('\\', '/');
}
