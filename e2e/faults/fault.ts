import type { World } from './world.ts';

/** Something that happens to an installation. */
export interface Fault {
  readonly name: string;
  /** Does the harm and, before it resolves, what an operator or a supervisor would do: the world is whole again then. */
  strike(world: World): Promise<void>;
}
