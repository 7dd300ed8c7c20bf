import { transcriptSchema } from '@scholium/contract';
import type { Artifact } from '../domain/artifact.ts';
import type { LectureDocument } from './lecture-document.ts';

/** Everything there is of a lecture. Times inside recordings are milliseconds, dates ISO 8601. */
export function formatJson(document: LectureDocument): string {
  const { lecture, recordings, documents, artifacts } = document;
  const everything = {
    format: 'scholium.lecture/1',
    lecture: {
      id: lecture.id,
      courseId: lecture.courseId,
      title: lecture.title,
      createdAt: new Date(lecture.createdAt).toISOString(),
    },
    sources: recordings.map(({ source: { id, title, fileName, mediaType, durationMs } }) => ({
      id,
      title,
      fileName,
      mediaType,
      durationMs,
    })),
    documents: documents.map(({ id, title, language }) => ({ id, title, language })),
    // Parsing leaves out what is ours alone (the owner).
    transcripts: recordings.map(({ transcript }) => transcriptSchema.parse(transcript)),
    artifacts: artifacts.map(describe),
  };
  return `${JSON.stringify(everything, null, 2)}\n`;
}

function describe(artifact: Artifact) {
  const { id, kind, title, engine, model, presetId, transcriptVersion, content, citations, version, unsupported, usage } =
    artifact;
  const createdAt = new Date(artifact.createdAt).toISOString();
  return {
    id,
    kind,
    title,
    engine,
    model,
    presetId,
    transcriptVersion,
    createdAt,
    version,
    content,
    citations,
    unsupported,
    usage,
  };
}
