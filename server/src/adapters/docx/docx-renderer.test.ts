import { documentRendererConformance } from '../../../testkit/document-renderer.conformance.ts';
import { readWith } from '../../../testkit/study-guide.ts';
import { createDocxRenderer } from './docx-renderer.ts';

documentRendererConformance('docx', {
  make: createDocxRenderer,
  read: (path) => readWith('pandoc', ['-f', 'docx', '-t', 'plain', '--wrap=none', path]),
});
