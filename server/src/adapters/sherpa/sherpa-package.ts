import { createRequire } from 'node:module';

/** Why sherpa-onnx cannot run here, as a sentence with the cure; null when it is installed. Nothing is loaded. */
export function sherpaMissing(): string | null {
  const require = createRequire(import.meta.url);
  // The package renamed its Windows build.
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const build = `sherpa-onnx-${platform}-${process.arch}`;
  try {
    createRequire(require.resolve('sherpa-onnx-node')).resolve(`${build}/package.json`);
    return null;
  } catch {
    return `The speech engine sherpa-onnx is not installed for this machine ("${build}"). Install Scholium again without "--omit=optional", or choose another engine.`;
  }
}

/** The version of the engine. */
export function sherpaVersion(): string {
  return (createRequire(import.meta.url)('sherpa-onnx-node/package.json') as { version: string }).version;
}
