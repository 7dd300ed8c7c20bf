import { DEFAULT_COURSE } from '../../../core/domain/library.ts';
import { DEFAULT_PRESET } from '../../../core/domain/preset.ts';
import { createCourse } from '../../../core/library/create-course.ts';
import { createLecture } from '../../../core/library/create-lecture.ts';
import { findCourse, findLecture } from '../../../core/library/find.ts';
import { listLectures } from '../../../core/library/list-lectures.ts';
import { createPreset, listPresets, removePreset, updatePreset, type PresetWishes } from '../../../core/library/presets.ts';
import { renameCourse } from '../../../core/library/rename-course.ts';
import { sourcesOf, type SourceWithVersion } from '../../../core/library/sources-of.ts';
import { listTrash } from '../../../core/library/trash.ts';
import { updateLecture } from '../../../core/library/update-lecture.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentCourse, presentLecture, presentPreset, presentSource, presentTrashed, presentTrashItem } from '../present.ts';

export function courseHandlers(deps: ApiDeps) {
  return {
    async listCourses({ scope, query }) {
      const page = await deps.store.courses.list(scope, {}, { cursor: query.cursor ?? null, limit: query.limit });
      return { status: 200, body: { courses: page.items.map(presentCourse), nextCursor: page.nextCursor } };
    },
    async createCourse({ scope, body }) {
      const course = await createCourse(deps, { scope, id: body.id ?? null, title: body.title });
      return { status: 201, body: presentCourse(course) };
    },
    async getCourse({ scope, params }) {
      return { status: 200, body: presentCourse(await findCourse(deps, { scope, ...params })) };
    },
    async updateCourse({ scope, params, body }) {
      return { status: 200, body: presentCourse(await renameCourse(deps, { scope, ...params, title: body.title })) };
    },
    async deleteCourse({ scope, params }) {
      const course = await deps.trash.trashCourse({ scope, ...params });
      return { status: 200, body: presentTrashed(course, deps.clock.now()) };
    },
    async restoreCourse({ scope, params }) {
      return { status: 200, body: presentCourse(await deps.trash.restoreCourse({ scope, ...params })) };
    },
    async listTrash({ scope }) {
      return { status: 200, body: { items: (await listTrash(deps, scope)).map(presentTrashItem) } };
    },
    async createPreset({ scope, body }) {
      const { id = null, ...wishes } = body;
      return { status: 201, body: presentPreset(await createPreset(deps, { scope, id, wishes })) };
    },
    async updatePreset({ scope, params, body }) {
      const named = Object.entries(body).filter(([, value]) => value !== undefined);
      const change: Partial<PresetWishes> = Object.fromEntries(named);
      return { status: 200, body: presentPreset(await updatePreset(deps, { scope, ...params, change })) };
    },
    async deletePreset({ scope, params }) {
      await removePreset(deps, { scope, ...params });
      return { status: 204, headers: {}, body: null };
    },
    async listPresets({ scope }) {
      return { status: 200, body: { presets: (await listPresets(deps, scope)).map(presentPreset) } };
    },
  } satisfies Partial<Handlers>;
}

export function lectureHandlers(deps: ApiDeps) {
  return {
    async listLectures({ scope, query }) {
      const { courseId = null, cursor = null, limit } = query;
      const page = await listLectures(deps, { scope, courseId, page: { cursor, limit } });
      return { status: 200, body: { lectures: page.items.map(presentLecture), nextCursor: page.nextCursor } };
    },
    async createLecture({ scope, body }) {
      const { id = null, title, courseId = DEFAULT_COURSE, presetId = DEFAULT_PRESET } = body;
      const lecture = await createLecture(deps, { scope, id, title, courseId, presetId });
      return { status: 201, body: presentLecture(lecture) };
    },
    async getLecture({ scope, params }) {
      const lecture = await findLecture(deps, { scope, ...params });
      const sources = await sourcesOf(deps, { scope, ...params });
      return { status: 200, body: { ...presentLecture(lecture), sources: sources.map(presentVersioned) } };
    },
    async updateLecture({ scope, params, body }) {
      return { status: 200, body: presentLecture(await updateLecture(deps, { scope, ...params, change: body })) };
    },
    async deleteLecture({ scope, params }) {
      const lecture = await deps.trash.trashLecture({ scope, ...params });
      return { status: 200, body: presentTrashed(lecture, deps.clock.now()) };
    },
    async restoreLecture({ scope, params }) {
      return { status: 200, body: presentLecture(await deps.trash.restoreLecture({ scope, ...params })) };
    },
    async listSources({ scope, params }) {
      const sources = await sourcesOf(deps, { scope, ...params });
      return { status: 200, body: { sources: sources.map(presentVersioned) } };
    },
    async deleteSource({ scope, params }) {
      const source = await deps.trash.trashSource({ scope, ...params });
      return { status: 200, body: presentTrashed(source, deps.clock.now()) };
    },
    async restoreSource({ scope, params }) {
      const source = await deps.trash.restoreSource({ scope, ...params });
      const known = await sourcesOf(deps, { scope, lectureId: source.lectureId });
      const versions = known.find((candidate) => candidate.source.id === source.id);
      return { status: 200, body: presentSource(source, versions ?? { transcriptVersion: null, textVersion: null }) };
    },
  } satisfies Partial<Handlers>;
}

function presentVersioned({ source, ...versions }: SourceWithVersion) {
  return presentSource(source, versions);
}
