import { describe, expect, it } from 'vitest';
import { anArtifact } from '../../../testkit/builders.ts';
import { carryWritten, markWritten } from './written-by-people.ts';

const { citations } = anArtifact();
const cited = (content: unknown) => ({ content, citations });

describe('what people wrote', () => {
  it('is marked within sections, and sections whose title is theirs too', () => {
    const generated = { sections: [{ title: 'One', points: [{ text: 'a', cites: [0] }] }] };
    const edited = {
      sections: [
        {
          title: 'One',
          points: [
            { text: 'a', cites: [0] },
            { text: 'b', cites: [] },
          ],
        },
        { title: 'Two', points: [{ text: 'a', cites: [0] }] },
      ],
    };
    expect(markWritten(cited(edited), cited(generated))).toEqual({
      sections: [
        {
          title: 'One',
          points: [
            { text: 'a', cites: [0] },
            { text: 'b', cites: [], by: 'person' },
          ],
        },
        { title: 'Two', by: 'person', points: [{ text: 'a', cites: [0] }] },
      ],
    });
  });

  it('goes into the section of the same title, or comes with its own', () => {
    const mine = { text: 'mine', cites: [0], by: 'person' };
    const before = {
      sections: [
        { title: 'One', points: [{ text: 'a', cites: [0] }, mine] },
        { title: 'Gone', points: [mine, { text: 'old', cites: [0] }] },
      ],
    };
    const carried = carryWritten(cited(before), cited({ sections: [{ title: 'One', points: [{ text: 'new', cites: [0] }] }] }));
    expect(carried?.content).toEqual({
      sections: [
        {
          title: 'One',
          points: [
            { text: 'new', cites: [0] },
            { ...mine, cites: [1] },
          ],
        },
        { title: 'Gone', points: [{ ...mine, cites: [1] }] },
      ],
    });
    expect(carried?.citations).toHaveLength(2);
  });

  it('takes its place among chapters by its time', () => {
    const chapter = (title: string, startMs: number, by?: 'person') => ({
      title,
      startMs,
      endMs: null,
      page: null,
      cites: [0],
      ...(by && { by }),
    });
    const before = { chapters: [chapter('a', 0), chapter('mine', 50, 'person')] };
    const now = { chapters: [chapter('x', 0), chapter('y', 100)] };
    expect(carryWritten(cited(before), cited(now))?.content).toMatchObject({
      chapters: [{ title: 'x' }, { title: 'mine', by: 'person' }, { title: 'y' }],
    });
  });

  it('is not carried twice, and nothing is carried where nobody wrote', () => {
    const mine = { text: 'mine', cites: [], by: 'person' };
    expect(carryWritten(cited({ passages: [mine] }), cited({ passages: [{ text: 'mine', cites: [0] }] }))).toBeNull();
    expect(carryWritten(cited({ passages: [{ text: 'a', cites: [0] }] }), cited({ passages: [] }))).toBeNull();
  });
});
