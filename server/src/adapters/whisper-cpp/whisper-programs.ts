import { access, constants, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';

/** Absolute paths; null for what is not here. */
export interface WhisperPrograms {
  readonly server: string | null;
  readonly cli: string | null;
}

export interface WhereToLook {
  /** A folder, or the path of one of the programs; null: `searchPath`. */
  readonly path: string | null;
  /** As `PATH`. */
  readonly searchPath: string;
}

export const PROGRAMS_MISSING =
  'whisper.cpp was not found. Install it so that "whisper-server" or "whisper-cli" is on PATH (Homebrew: "brew install whisper-cpp"; else build it, see docs/engines.md), or set WHISPER_CPP_PATH.';

/** Looks for whisper.cpp's programs, of which the server is the better one: it keeps its model. */
export async function findWhisperPrograms({ path, searchPath }: WhereToLook): Promise<WhisperPrograms> {
  const folders = path === null ? searchPath.split(delimiter).filter(Boolean) : [path];
  const isFile = path !== null && ((await stat(path).catch(() => null))?.isFile() ?? false);
  if (path !== null && isFile) {
    const usable = await isExecutable(path);
    const isServer = basename(path).startsWith('whisper-server');
    // The other one usually lies beside it.
    const beside = await firstIn([dirname(path)], isServer ? 'whisper-cli' : 'whisper-server');
    if (!usable) return { server: null, cli: null };
    return isServer ? { server: path, cli: beside } : { server: beside, cli: path };
  }
  return { server: await firstIn(folders, 'whisper-server'), cli: await firstIn(folders, 'whisper-cli') };
}

async function firstIn(folders: readonly string[], name: string): Promise<string | null> {
  for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name);
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  const isFile = (await stat(path).catch(() => null))?.isFile() ?? false;
  return (
    isFile &&
    (await access(path, constants.X_OK).then(
      () => true,
      () => false,
    ))
  );
}
