import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_OWNER, ownerScope } from '../src/core/domain/scope.ts';
import type { Change, Revision } from '../src/core/domain/revision.ts';
import type { TranscriptFindings } from '../src/core/domain/transcript.ts';
import type { Store } from '../src/core/ports/store.ts';
import { aCourse, aLecture, aSource, aTranscript } from './builders.ts';

const local = ownerScope(LOCAL_OWNER);
const other = ownerScope('other');

/** What every store does with the words of recordings. */
export function transcriptsConformance(getStore: () => Store): void {
  describe('transcripts', () => {
    let store: Store;
    beforeEach(async () => {
      store = getStore();
      await store.courses.insert(local, aCourse());
      await store.lectures.insert(local, aLecture());
      await store.sources.insert(local, aSource());
    });

    it('numbers the versions of a source from 1 and keeps each as it was written', async () => {
      const first = await store.transcripts.add(local, aTranscript());
      const second = await store.transcripts.add(local, aTranscript({ language: 'de', segments: [] }));
      expect([first.version, second.version]).toEqual([1, 2]);
      expect(await store.transcripts.find(local, 'src_1', 1)).toEqual({ ...aTranscript(), version: 1 });
      expect(await store.transcripts.latest(local, 'src_1')).toEqual(second);
      expect(await store.transcripts.find(local, 'src_1', 3)).toBeNull();
      expect(await store.transcripts.latest(other, 'src_1')).toBeNull();
    });

    it('gives the newest head of each source, oldest source first, without those in the trash', async () => {
      await store.sources.insert(local, aSource({ id: 'src_2', createdAt: 1 }));
      await store.sources.insert(local, aSource({ id: 'src_3' }));
      await store.transcripts.add(local, aTranscript());
      await store.transcripts.add(local, aTranscript({ language: 'de' }));
      await store.transcripts.add(local, aTranscript({ sourceId: 'src_2' }));
      await store.transcripts.add(local, aTranscript({ sourceId: 'src_3' }));
      await store.sources.setDeletedAt(local, 'src_3', 9_000);
      const heads = await store.transcripts.heads(local, 'lecture-1');
      expect(heads.map((head) => [head.sourceId, head.version, head.language])).toEqual([
        ['src_2', 1, 'en'],
        ['src_1', 2, 'de'],
      ]);
      expect(heads[0]).not.toHaveProperty('segments');
      expect(heads[0]?.draftQuality).toBe(true);
    });

    it('passes over corrected versions when it is told to, and says of each where it comes from', async () => {
      await store.transcripts.add(local, aTranscript());
      const corrected = aTranscript({ origin: 'corrected', baseVersion: 1, task: 'translate' });
      await store.transcripts.add(local, corrected);
      expect(await store.transcripts.latest(local, 'src_1')).toMatchObject({ version: 2, origin: 'corrected', baseVersion: 1 });
      expect(await store.transcripts.latest(local, 'src_1', { corrected: false })).toMatchObject({
        version: 1,
        origin: 'machine',
      });
      const [head] = await store.transcripts.heads(local, 'lecture-1');
      expect(head).toMatchObject({ version: 2, origin: 'corrected', baseVersion: 1, task: 'translate' });
    });

    it('keeps how a version was made, where that is known', async () => {
      const findings: TranscriptFindings = {
        speech: [{ startMs: 0, endMs: 900 }],
        seams: [400],
        removed: [{ startMs: 500, endMs: 800, text: 'Thank you.', reason: 'no-speech' }],
        repaired: [{ startMs: 0, endMs: 400, heard: 'memo re', written: 'Memory' }],
      };
      await store.transcripts.add(local, aTranscript(), findings);
      await store.transcripts.add(local, aTranscript());
      expect(await store.transcripts.findings(local, 'src_1', 1)).toEqual(findings);
      expect(await store.transcripts.findings(local, 'src_1', 2)).toBeNull();
      expect(await store.transcripts.findings(other, 'src_1', 1)).toBeNull();
    });

    it('lays corrections and speakers over the words of another version, and tells how each came about', async () => {
      await store.transcripts.add(local, aTranscript());
      const revision: Revision = {
        texts: [{ firstWord: 0, lastWord: 0, text: 'Human memory', conflict: null }],
        speakers: [{ firstWord: 1, lastWord: 1, speaker: 'Ann' }],
        turns: [],
      };
      const change: Change = {
        kind: 'edit',
        by: 'local',
        examples: [{ startMs: 0, before: 'Memory', after: 'Human memory' }],
        places: 2,
      };
      const request = { sourceId: 'src_1', expected: 1, baseVersion: 1, origin: 'corrected' as const, createdAt: 7_000 };
      const revised = await store.transcripts.revise(local, { ...request, revision, change });
      expect(revised).toMatchObject({ version: 2, origin: 'corrected', baseVersion: 1, createdAt: 7_000, engine: 'replay' });
      expect(revised?.segments.map(({ text, speaker }) => [text, speaker])).toEqual([
        ['Human memory', null],
        ['fades.', 'Ann'],
      ]);
      expect(await store.transcripts.latest(local, 'src_1')).toEqual(revised);
      expect(await store.transcripts.find(local, 'src_1', 2)).toEqual(revised);
      expect(await store.transcripts.find(local, 'src_1', 1)).toEqual({ ...aTranscript(), version: 1 });
      expect(await store.transcripts.revision(local, 'src_1', 2)).toEqual(revision);
      expect(await store.transcripts.revision(local, 'src_1', 1)).toBeNull();
      const facts = { engine: 'replay', model: 'test' };
      expect(await store.transcripts.history(local, 'src_1', null, 10)).toEqual([
        { ...facts, version: 2, origin: 'corrected', baseVersion: 1, createdAt: 7_000, change },
        { ...facts, version: 1, origin: 'machine', baseVersion: null, createdAt: 4_000, change: null },
      ]);
      expect(await store.transcripts.history(local, 'src_1', 2, 10)).toHaveLength(1);
      expect(await store.transcripts.history(local, 'src_1', null, 1)).toHaveLength(1);
      expect(await store.transcripts.history(other, 'src_1', null, 10)).toEqual([]);
    });

    it('adds no revision to a version that is not the newest any more, nor over one that is not there', async () => {
      await store.transcripts.add(local, aTranscript());
      const revision: Revision = { texts: [], speakers: [], turns: [] };
      const change: Change = { kind: 'edit', by: 'local', examples: [], places: 0 };
      const request = { sourceId: 'src_1', baseVersion: 1, origin: 'corrected' as const, createdAt: 7_000, revision, change };
      expect(await store.transcripts.revise(local, { ...request, expected: 2 })).toBeNull();
      expect(await store.transcripts.revise(local, { ...request, expected: 1, baseVersion: 5 })).toBeNull();
      expect(await store.transcripts.revise(other, { ...request, expected: 1 })).toBeNull();
      const both = [1, 1].map((expected) => store.transcripts.revise(local, { ...request, expected }));
      expect((await Promise.all(both)).filter((added) => added !== null)).toHaveLength(1);
      expect(await store.transcripts.history(local, 'src_1', null, 10)).toHaveLength(2);
    });

    it('keeps the words of three hours', async () => {
      const word = { text: 'hippocampus', startMs: 10_000_000, endMs: 10_000_400, confidence: 0.123_456 };
      const words = Array.from({ length: 30_000 }, () => word);
      const segments = [{ id: 0, startMs: 0, endMs: 1, speaker: 'S1', text: 'x', confidence: 1, words }];
      await store.transcripts.add(local, aTranscript({ segments }));
      expect((await store.transcripts.latest(local, 'src_1'))?.segments).toEqual(segments);
    });
  });
}
