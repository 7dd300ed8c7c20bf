import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { REDIS_TIMEOUT_MS } from '../adapters/redis/connect-redis.ts';
import { explainConnection, serverAddress } from './explain-connection.ts';
import { findingOf, ok, problem, warning, type Finding } from './finding.ts';

/** What BullMQ demands. https://docs.bullmq.io/guide/connections */
const OLDEST_MAJOR = 5;
const NAME = 'Redis';
/** A probe that could not be removed goes by itself. */
const PROBE_SECONDS = 60;

/**
 * The server of REDIS_URL: whether it lets us in, is new enough, takes what is written, throws away nothing, and what a
 * restart of it costs. Writes one key and removes it. Takes about a second when nothing answers.
 */
export async function checkRedisServer({ url, prefix }: { readonly url: string; readonly prefix: string }): Promise<Finding[]> {
  const address = serverAddress('REDIS_URL', url, 6379);
  const redis = new Redis(url, {
    lazyConnect: true,
    // It would wait until a Redis that starts has read its data.
    enableReadyCheck: false,
    connectTimeout: REDIS_TIMEOUT_MS,
    commandTimeout: REDIS_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let broken: unknown = null; // of the connection: what `connect` and commands throw says less
  redis.on('error', (error) => (broken ??= error));
  try {
    await redis.connect();
    const findings = await examineRedis(redis, prefix, `${address.host}:${address.port}`);
    // The client goes on with database 0 when it may not use the one of the address.
    if (broken !== null) throw broken;
    return findings;
  } catch (error) {
    const why = explainRefusal(broken ?? error) ?? explainConnection(broken ?? error, address);
    if (why) return [problem(NAME, why.message, why.cure)];
    return [await findingOf(NAME, () => Promise.reject(broken ?? error))];
  } finally {
    redis.disconnect();
  }
}

async function examineRedis(redis: Redis, prefix: string, where: string): Promise<Finding[]> {
  const facts = readInfo(await redis.info());
  const version = facts.get('redis_version');
  if (version === undefined)
    return [problem(NAME, `What answers at ${where} is not Redis.`, 'Name a Redis server in REDIS_URL.')];
  if (Number.parseInt(version, 10) < OLDEST_MAJOR)
    return [problem(NAME, `Version ${version} is too old.`, `Use Redis ${OLDEST_MAJOR} or newer; 6.2 or newer is best.`)];
  const key = `${prefix}:doctor:${randomUUID()}`;
  await redis.set(key, 'x', 'EX', PROBE_SECONDS);
  await redis.del(key);
  return [
    ok(NAME, `Version ${version} answers at ${where} and takes what is written.`),
    checkEviction(facts),
    checkKeeping(facts),
  ];
}

function checkEviction(facts: ReadonlyMap<string, string>): Finding {
  const [name, policy] = ['Redis memory', facts.get('maxmemory_policy')];
  if (policy === undefined)
    return warning(name, 'It does not tell what it does when it is full.', 'See that its maxmemory-policy is noeviction.');
  if (policy === 'noeviction') return ok(name, 'It throws nothing away when it is full (noeviction).');
  return warning(
    name,
    `When it is full it throws away what others wait for (${policy}), which holds up jobs.`,
    'Set "maxmemory-policy noeviction" in redis.conf, or with CONFIG SET.',
  );
}

/** What Redis forgets delays jobs by seconds: the table has them. */
function checkKeeping(facts: ReadonlyMap<string, string>): Finding {
  const name = 'Redis persistence';
  const isAppending = facts.get('aof_enabled') === '1';
  const failed = ['aof_last_write_status', 'rdb_last_bgsave_status'].some((status) => (facts.get(status) ?? 'ok') !== 'ok');
  if (failed)
    return warning(
      name,
      'It could not write to its disk the last time, and may soon take nothing more.',
      'Free space on the disk of Redis and see that its "dir" can be written to.',
    );
  if (isAppending) return ok(name, 'It writes down what it holds (appendonly).');
  return ok(name, 'A restart of it may forget who waits, which delays jobs by seconds and loses none: the database has them.');
}

/** Sections of `name:value` lines under `# Title`. */
function readInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function explainRefusal(error: unknown): { message: string; cure: string } | null {
  const text = error instanceof Error ? error.message : '';
  if (/^(?:WRONGPASS|NOAUTH|ERR invalid password)/.test(text))
    return {
      message: 'It does not let us in.',
      cure: 'Correct user and password in REDIS_URL ("redis://user:password@host:6379").',
    };
  if (text.startsWith('NOPERM'))
    return {
      message: 'Its user may not do what is needed.',
      cure: 'Give the user of REDIS_URL the rights "~* &* +@all" (ACL SETUSER).',
    };
  if (text.startsWith('READONLY'))
    return { message: 'It can only be read: it is a replica.', cure: 'Name the primary server in REDIS_URL.' };
  if (text.startsWith('OOM'))
    return {
      message: 'Its memory is full, so it takes nothing more.',
      cure: 'Raise its maxmemory, or remove what others keep in it.',
    };
  if (text.startsWith('MISCONF'))
    return {
      message: 'It takes nothing more because it cannot write to its disk.',
      cure: 'Free space on the disk of Redis and see that its "dir" can be written to.',
    };
  if (text.startsWith('LOADING'))
    return { message: 'It is still reading its data.', cure: 'Wait until it has started, then look again.' };
  if (/DB index is out of range/.test(text))
    return {
      message: 'It has no database of that number.',
      cure: 'Correct the number at the end of REDIS_URL, or leave it out.',
    };
  return null;
}
