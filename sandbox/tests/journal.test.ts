import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal } from '../src/journal.ts'
import { temporaryFolder } from './process-under-test.ts'

type Entry = { n: number }

async function open(file: string) {
  const replayed: number[] = []
  const journal = await openJournal<Entry>(file, { replay: (entry) => replayed.push(entry.n) })
  return { journal, replayed }
}

test('gives back what was flushed, in order', async () => {
  const file = join(await temporaryFolder(), 'new', 'journal.jsonl')
  const first = await open(file)
  for (let n = 0; n < 1_000; n += 1) first.journal.append({ n })
  await first.journal.flushed()
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(1_001)
  await first.journal.close()
  const second = await open(file)
  expect(second.replayed).toEqual(Array.from({ length: 1_000 }, (_, n) => n))
  await second.journal.close()
})

test('cuts off a torn last line, and goes on after the last whole one', async () => {
  for (const torn of ['{"n":', '{"n":2}', '\0\0\0\0', '{"n":\n']) {
    const file = join(await temporaryFolder(), 'journal.jsonl')
    await writeFile(file, `{"n":0}\n{"n":1}\n${torn}`)
    const { journal, replayed } = await open(file)
    expect(replayed).toEqual([0, 1])
    journal.append({ n: 3 })
    await journal.flushed()
    await journal.close()
    expect(await readFile(file, 'utf8')).toBe('{"n":0}\n{"n":1}\n{"n":3}\n')
  }
})

test('refuses to open over damage in the middle, and leaves it as it is', async () => {
  const file = join(await temporaryFolder(), 'journal.jsonl')
  await writeFile(file, '{"n":0}\ngarbage\n{"n":2}\n')
  await expect(open(file)).rejects.toThrow('line 2 is not JSON')
  expect(await readFile(file, 'utf8')).toContain('{"n":2}')
})
