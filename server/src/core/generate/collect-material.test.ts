import { expect, it } from 'vitest';
import { aDocument, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { stockedStore } from '../../../testkit/stocked-store.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import { collectMaterial } from './collect-material.ts';

const scope = ownerScope(LOCAL_OWNER);
const GERMAN =
  'Die Flut steigt zweimal am Tag und fällt zweimal am Tag. Der Mond zieht das Wasser an, und die Erde dreht sich darunter weiter. ' +
  'Bei Neumond und bei Vollmond ziehen Sonne und Mond gemeinsam, dann ist die Flut besonders hoch, und das Wasser steht bis an den Deich.';

async function languageOf(spoken: string | null, written: { language: string | null; text: string } | null): Promise<string> {
  const store = await stockedStore([aSource(), aSource({ id: 'src_2', kind: 'document' })]);
  if (spoken !== null) await store.transcripts.add(scope, aTranscript({ language: spoken }));
  if (written) {
    const pages = [{ number: 1, label: null, text: written.text, headings: [] }];
    await store.documents.add(scope, aDocument({ sourceId: 'src_2', language: written.language, pages }));
  }
  return (await collectMaterial(store, scope, aLecture())).material.language;
}

it('is in the language that is said of it, that of speech first', async () => {
  expect(await languageOf('de', { language: 'en', text: 'Tides.' })).toBe('de');
  expect(await languageOf('und', { language: 'de', text: GERMAN })).toBe('de');
});

it('is English where nothing says a language, as with captions, unless it is plainly in another', async () => {
  expect(await languageOf('und', null)).toBe('en');
  expect(await languageOf(null, { language: null, text: GERMAN })).toBe('und');
});
