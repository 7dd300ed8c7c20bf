import { describe, expect, it } from 'vitest';
import { actionItems } from './action-items.ts';

function itemsIn(texts: readonly string[], english = true) {
  const found = actionItems({ english, sentences: texts.map((text) => ({ text })) });
  return found.map(({ sentence: { text }, who, due }) => ({ text, who, due }));
}

describe('action items', () => {
  it.each([
    ['Maria will send the minutes by Friday.', 'Maria', 'by Friday'],
    ["I'll email the budget to everyone tomorrow.", 'I', 'tomorrow'],
    ['We will also update the wiki before the end of the month.', 'We', 'before the end of the month'],
    ['Tom has to fix the login page.', 'Tom', null],
    ['Ann Lee promised to review the draft until next Tuesday.', 'Ann Lee', 'until next Tuesday'],
    ['Ben, can you book the room for Monday?', 'Ben', 'for Monday'],
    ['Could somebody call the printer?', 'somebody', null],
    ['Please hand in the exercise by March 3rd.', null, 'by March 3rd'],
    ['And remember to bring your laptop on Thursday.', null, 'on Thursday'],
    ['The assignment is due on 12 May.', null, 'due on 12 May'],
    ['Carla is responsible for the poster.', 'Carla', null],
    ['The slides need to be finished by noon.', null, 'by noon'],
    ['You must submit the form no later than the 14th at 5 pm.', 'You', 'no later than the 14th at 5 pm'],
  ])('are found: %s', (text, who, due) => {
    expect(itemsIn([text])).toEqual([{ text, who, due }]);
  });

  it.each([
    'Sleep helps the memory.',
    "I'll show you a picture of the hippocampus.",
    "We'll see in a moment why that is.",
    'The failure is due to heat.',
    'You should check the units of a formula.',
    'They will read about it one day, perhaps.',
    'Will the engine deliver enough power?',
    'What should we write here?',
    'Would you prefer a screen, and would you pay more for it?',
    'Today we read a poem by Heaney.',
  ])('are not made of other sentences: %s', (text) => {
    expect(itemsIn([text])).toEqual([]);
  });

  it('are none in languages whose phrases are not known, and none twice', () => {
    expect(itemsIn(['Maria will send the minutes by Friday.'], false)).toEqual([]);
    expect(itemsIn(['Maria will send it by Friday.', 'Maria will send it by Friday.'])).toHaveLength(1);
  });
});
