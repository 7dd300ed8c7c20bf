import { exportTypeAliases, exportTypes, type ExportType } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';

/**
 * The types that are meant, each once, in the order of the catalogue. Case and aliases (`md`) do not matter.
 *
 * @throws AppError `invalid_request`, naming the supported types
 */
export function parseExportTypes(names: readonly string[]): readonly ExportType[] {
  const wanted = new Set(names.map(parseExportType));
  return exportTypes.filter((type) => wanted.has(type));
}

function parseExportType(given: string): ExportType {
  const name = given.trim().toLowerCase();
  const type = exportTypes.find((known) => known === name) ?? aliasOf(name);
  if (type) return type;
  throw new AppError(
    'invalid_request',
    `The export type "${given.slice(0, 40)}" is not supported. Use one of: ${exportTypes.join(', ')}.`,
  );
}

function aliasOf(name: string): ExportType | undefined {
  return Object.hasOwn(exportTypeAliases, name) ? exportTypeAliases[name] : undefined;
}
