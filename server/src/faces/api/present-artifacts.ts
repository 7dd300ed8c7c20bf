import type { artifactSchema, ArtifactVersionReply } from '@scholium/contract';
import type { z } from 'zod';
import type { Artifact, ArtifactEditFacts } from '../../core/domain/artifact.ts';

export function presentArtifact(artifact: Artifact): z.input<typeof artifactSchema> {
  const { ownerId: _, deletedAt: __, createdAt, citations, texts, unsupported, edit, ...rest } = artifact;
  return {
    ...rest,
    createdAt: new Date(createdAt).toISOString(),
    citations: [...citations],
    texts: [...texts],
    unsupported: [...unsupported],
    edit: edit && presentEdit(edit),
  };
}

export function presentEdit({ version, author, at, origin }: ArtifactEditFacts): ArtifactVersionReply {
  return { version, author, at: new Date(at).toISOString(), origin };
}
