import { blobsConformance } from './blobs.conformance.ts';
import { memoryBlobs } from './memory-blobs.ts';

blobsConformance('MemoryBlobs', async () => ({ blobs: memoryBlobs(), close: async () => {} }));
