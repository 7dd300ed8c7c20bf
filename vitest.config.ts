import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contract,client,server,cli,bench,e2e}/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
