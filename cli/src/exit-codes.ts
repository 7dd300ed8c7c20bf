/** What the exit code of every command means. Shown by --help; docs/cli.md is checked against it. */
export const exitCodes = {
  ok: { code: 0, about: 'It worked.' },
  failed: { code: 1, about: 'It did not work, or not for every file; the message says why.' },
  usage: { code: 2, about: 'The command line is not valid.' },
  unreachable: { code: 3, about: 'No server answers at the address.' },
  notFound: { code: 4, about: 'There is no such lecture, job, file or other thing.' },
  cancelled: { code: 5, about: 'The job was cancelled by somebody else.' },
  interrupted: { code: 130, about: 'Stopped by Ctrl-C.' },
} as const;

export type ExitName = keyof typeof exitCodes;
