import { loadConfig } from '@scholium/server/config.ts';
import { serve } from '@scholium/server/main.ts';
import { tell } from '../cli-error.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface DemoServer {
  readonly url: string;
  readonly dataDir: string;
  close(): Promise<void>;
}

/** Starts the server of the demo in this process. Its log would bury what is shown, so only a log folder gets it. */
export async function startDemoServer(terminal: Terminal): Promise<DemoServer> {
  const loaded = loadConfig();
  const config = { ...loaded, role: 'all', logLevel: loaded.logDir === null ? 'silent' : loaded.logLevel } as const;
  const start = async (port: number): Promise<DemoServer> => {
    const server = await serve({ config, port });
    return { url: server.url ?? '', dataDir: config.dataDir, close: () => server.close() };
  };
  try {
    return await start(config.port);
  } catch (error) {
    if (tell(error).code !== 'port_in_use') throw error;
    terminal.note(`Port ${config.port} is taken by another program, so the demo takes a free one.`);
    return start(0);
  }
}
