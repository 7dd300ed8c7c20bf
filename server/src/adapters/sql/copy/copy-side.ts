/** A value of a row as the drivers give it; integers of SQLite come as bigint, so that none is rounded unseen. */
export type CopyValue = string | number | bigint | null;

export type CopyRow = Readonly<Record<string, CopyValue>>;

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Tables that must be filled before it: those its foreign keys name. */
  readonly references: readonly string[];
}

/** One database of a copy. It has one transaction at a time, in which everything after `begin` happens. */
export interface CopySide {
  /** What people call it. */
  readonly label: 'sqlite' | 'postgres';
  /** Scholium's tables by what the database itself says, so that none can be forgotten; without the search index. */
  tables(): Promise<readonly TableShape[]>;
  /** Names of the migrations that were made; empty in a database without any. */
  appliedMigrations(): Promise<readonly string[]>;
  /** Whether another process of Scholium has it open. */
  isInUse(): Promise<boolean>;
  /** `read`: one snapshot. `write`: nobody else writes to these tables until it ends. */
  begin(mode: 'read' | 'write', tables: readonly TableShape[]): Promise<void>;
  count(table: TableShape): Promise<number>;
  /** All rows in batches of bounded size, in any order. */
  read(table: TableShape): AsyncIterable<readonly CopyRow[]>;
  insert(table: TableShape, rows: readonly CopyRow[]): Promise<void>;
  end(how: 'commit' | 'rollback'): Promise<void>;
  close(): Promise<void>;
}

/** Rows and characters that are held in memory at once, whatever a row weighs. */
export const BATCH_ROWS = 500;
export const BATCH_CHARACTERS = 1_000_000;

/** Characters of a row's texts: what it weighs in memory. */
export function weightOf(row: CopyRow): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
}

/**
 * Each table after those it refers to.
 * @throws Error when tables refer to each other in a circle
 */
export function inOrder(tables: readonly TableShape[]): readonly TableShape[] {
  const ordered: TableShape[] = [];
  const names = new Set(tables.map(({ name }) => name));
  const waiting = new Set([...tables].sort((a, b) => (a.name < b.name ? -1 : 1)));
  while (waiting.size > 0) {
    const placed = new Set(ordered.map(({ name }) => name));
    const next = [...waiting].find(({ name, references }) =>
      references.every((other) => other === name || placed.has(other) || !names.has(other)),
    );
    if (!next) throw new Error(`Tables refer to each other in a circle: ${[...waiting].map(({ name }) => name).join(', ')}`);
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}
