/** sherpa's names of what computes, by what people call it. `auto` is the processor: the builds that come by npm have nothing else on Linux. */
const PROVIDERS: Readonly<Record<string, string>> = {
  auto: 'cpu',
  cpu: 'cpu',
  cuda: 'cuda',
  gpu: 'cuda',
  coreml: 'coreml',
  metal: 'coreml',
  directml: 'directml',
};

/** What sherpa is told for a device; null for one that it does not know. */
export function providerOf(device: string): string | null {
  return PROVIDERS[device.toLowerCase()] ?? null;
}
