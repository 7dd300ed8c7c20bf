import { statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { Registry } from 'prom-client';
import { counter, gauge } from './series.ts';

/**
 * The machine, or what the container may use of it, and the disk under the data folder. What the process itself uses is in
 * Node's own series (`process_...`). Returns what brings them up to date.
 */
export function machineSeries(registry: Registry, dataDir: string | null): () => Promise<void> {
  const cores = gauge(registry, 'scholium_host_cpus', 'Processor cores of the machine');
  const busy = counter(registry, 'scholium_host_cpu_seconds_total', 'Time of all cores by what they did', ['mode']);
  const load = gauge(registry, 'scholium_host_load1', 'Load average of the last minute');
  const memory = gauge(registry, 'scholium_host_memory_size_bytes', 'Memory of the machine');
  const available = gauge(registry, 'scholium_host_memory_available_bytes', 'Memory of the machine that programs can have');
  const limit = gauge(
    registry,
    'scholium_memory_limit_bytes',
    'Memory that this process may use: of its container, or of the machine',
  );
  const disk = dataDir === null ? null : diskSeries(registry, dataDir);
  return async () => {
    const all = cpus();
    cores.set(all.length);
    busy.reset();
    for (const mode of ['user', 'nice', 'sys', 'idle', 'irq'] as const)
      busy.inc({ mode }, all.reduce((sum, { times }) => sum + times[mode], 0) / 1000);
    load.set(loadavg()[0] ?? 0);
    memory.set(totalmem());
    available.set(freemem());
    limit.set(memoryLimit());
    await disk?.();
  };
}

/** Without a container's limit the system tells none, or a number beyond all memory. */
function memoryLimit(): number {
  const told = process.constrainedMemory();
  return told > 0 && told < totalmem() ? told : totalmem();
}

function diskSeries(registry: Registry, dataDir: string): () => Promise<void> {
  const size = gauge(registry, 'scholium_data_disk_size_bytes', 'Size of the disk under DATA_DIR');
  const available = gauge(
    registry,
    'scholium_data_disk_available_bytes',
    'Space on the disk under DATA_DIR that can be written to',
  );
  return async () => {
    try {
      const { bsize, blocks, bavail } = await statfs(dataDir);
      size.set(blocks * bsize);
      available.set(bavail * bsize);
    } catch {
      // Not there now: health says so, and a figure of before would be a lie.
      size.set(Number.NaN);
      available.set(Number.NaN);
    }
  };
}
