import { printResult, type CommandContext } from '../command-context.ts';
import { draftNotice } from '../show/draft-quality.ts';
import { showAnswer } from '../show/show-answer.ts';
import { showDim } from '../show/show-transcript.ts';

/** `scholium ask`: prints the answer and where in the lecture it comes from. */
export async function ask(context: CommandContext, input: { lectureId: string; question: string }): Promise<void> {
  const { signal, terminal } = context;
  const client = await context.connect();
  const params = { lectureId: input.lectureId };
  const answer = await client.call('ask', { params, body: { question: input.question }, signal });
  // Whether the words are a draft stands in the transcript only; an answer is worth showing without it.
  const transcript =
    answer.supported && !context.json ? await client.call('getTranscript', { params, signal }).catch(() => null) : null;
  printResult(context, answer, () => {
    showAnswer(terminal, answer);
    const notice = transcript && draftNotice(transcript);
    if (notice) {
      terminal.print();
      showDim(terminal, notice);
    }
  });
}
