import fc from 'fast-check'
import { TypeID } from 'typeid-js'
import { describe, expect, it } from 'vitest'
import { newUuid, parseId, toId } from '../src/ids.ts'

describe('ids', () => {
  it('are written and read as the specification’s own library does', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const id = toId('evt', uuid)
        expect(id).toBe(TypeID.fromUUID('evt', uuid).toString())
        expect(parseId('evt', id)).toBe(uuid)
      }),
    )
  })

  it('of another kind, length or alphabet name nothing', () => {
    const suffix = '01h455vb4pex5vsknk084sn02q'
    expect(parseId('evt', `evt_${suffix}`)).toBeDefined()
    for (const bad of [
      `ord_${suffix}`,
      `evt${suffix}`,
      `evt_${suffix}0`,
      `evt_${suffix.slice(1)}`,
      `evt_8${suffix.slice(1)}`,
      `evt_${suffix.toUpperCase()}`,
      `evt_${suffix.slice(0, -1)}u`,
      `evt_${suffix.slice(0, -1)}é`,
      '',
    ]) {
      expect(parseId('evt', bad), bad).toBeUndefined()
    }
  })

  it('grow with time, and within a millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => newUuid())
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
