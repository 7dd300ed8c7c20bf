import type { Artifact, ArtifactEdit, ArtifactEditFacts } from '../../core/domain/artifact.ts';
import type { ArtifactEditRow } from './tables.ts';

export type EditFactsRow = Omit<ArtifactEditRow, 'ownerId' | 'artifactId' | 'contentJson' | 'citationsJson'>;

export function editRow(
  ownerId: string,
  artifactId: string,
  { content, citations, origin, ...facts }: ArtifactEdit,
): ArtifactEditRow {
  return {
    ...facts,
    ownerId,
    artifactId,
    origin: origin.type,
    originVersion: origin.type === 'reverted' ? origin.version : null,
    originArtifactId: origin.type === 'carried' ? origin.artifactId : null,
    contentJson: JSON.stringify(content),
    citationsJson: JSON.stringify(citations),
  };
}

export function artifactEditFacts(row: EditFactsRow): ArtifactEditFacts {
  const { version, author, at } = row;
  return { version, author, at, origin: originOf(row) };
}

function originOf({ origin, originVersion, originArtifactId }: EditFactsRow): ArtifactEditFacts['origin'] {
  if (origin === 'reverted') return { type: 'reverted', version: originVersion ?? 0 };
  if (origin === 'carried') return { type: 'carried', artifactId: originArtifactId ?? '' };
  return { type: 'edited' };
}

export function contentOf(row: { contentJson: string; citationsJson: string }): Pick<Artifact, 'content' | 'citations'> {
  return {
    // Both are written from an artifact or an edit.
    content: JSON.parse(row.contentJson) as Artifact['content'],
    citations: JSON.parse(row.citationsJson) as Artifact['citations'],
  };
}
