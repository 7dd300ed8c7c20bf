/** No honest reply is longer: 100 vectors of 3,072 numbers as text are about 7 MB. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/**
 * The fetch that providers are asked by: follows no redirect (`fetch` would carry keys in headers such as `x-api-key` along
 * to wherever it leads) and reads no reply without end.
 */
export function providerFetch(fetch: typeof globalThis.fetch = globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return new Response(null, { status: 421, statusText: 'Redirected' });
    }
    if (!response.body) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(cutAt(MAX_REPLY_BYTES)), { status, statusText, headers });
  };
}

function cutAt(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error('The reply is longer than any that is expected.'));
      else controller.enqueue(chunk);
    },
  });
}
