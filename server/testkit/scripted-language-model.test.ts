import { languageModelConformance } from './language-model.conformance.ts';
import { ManualClock } from './manual-clock.ts';
import { scriptedLanguageModel } from './scripted-language-model.ts';

languageModelConformance('a scripted model', async () => {
  const model = scriptedLanguageModel();
  return { model, clock: new ManualClock(), script: model.script, calls: model.calls, close: () => model.close() };
});
