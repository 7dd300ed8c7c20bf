export { contentStems, overlapOf, queryWords, spaced, stemOf } from '../domain/content-terms.ts';
