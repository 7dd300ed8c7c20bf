/** The package ships no types; this is the part that is used here. */
declare module 'pino-roll' {
  import type { DestinationStream } from 'pino';

  export interface RollOptions {
    readonly file: string;
    readonly extension?: string;
    /** Such as `10m`. */
    readonly size?: string;
    readonly limit?: { readonly count: number };
    readonly mkdir?: boolean;
  }

  // The package exports it so.
  // oxlint-disable-next-line import/no-default-export
  export default function roll(options: RollOptions): Promise<DestinationStream>;
}
