import { AppError } from '../../../core/domain/app-error.ts';

/** Lets in so many bodies at a time. */
export interface UploadGate {
  /** @throws AppError `too_many_uploads` */
  enter(): { leave(): void };
}

/** Each body that arrives takes memory, files and connections to the store: this many at a time are what a process can hold. */
export const MOST_BODIES = 64;

export function uploadGate(most = MOST_BODIES): UploadGate {
  let inside = 0;
  return {
    enter() {
      if (inside >= most) {
        throw new AppError(
          'too_many_uploads',
          `${most} files are arriving at this moment. Send this one again in a few seconds.`,
        );
      }
      inside += 1;
      let left = false;
      return {
        leave() {
          if (!left) inside -= 1;
          left = true;
        },
      };
    },
  };
}
