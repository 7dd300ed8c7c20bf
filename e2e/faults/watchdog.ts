import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Cleans up after a test run that was itself killed: what it started would outlive it, and a mount would stay for ever. */
export interface Watchdog {
  /** All was ended in good order: nothing is left to do. */
  dismiss(): Promise<void>;
}

/** Reads until its input ends, as it does when we are gone, however we went; then ends whoever works in the folder, and unmounts it. */
const SCRIPT = `read -r word
[ "$word" = dismiss ] && exit 0
cd /
for process in /proc/[0-9]*; do
  case $(readlink "$process/cwd")/ in "$0"/*) kill -KILL "\${process#/proc/}" ;; esac
done
umount --lazy "$0/disk"
rm -rf "$0"`;

/** A shell in a process group of its own, which Ctrl-C does not reach. @param folder where every process of the world has its working folder */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn('sh', ['-c', SCRIPT, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => {}); // it is gone: there is nobody to tell
  return {
    async dismiss() {
      child.stdin.end('dismiss\n');
      await ended;
    },
  };
}
