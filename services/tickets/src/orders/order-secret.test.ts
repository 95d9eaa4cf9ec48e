import { newUuid, toId } from '@guichet/server'
import { expect, it } from 'vitest'
import { createOrderSecrets } from './order-secret.ts'

const secrets = createOrderSecrets('b1S9fK3xD7qW0eR5tY2uI8oP4aL6zM0n')
const id = () => toId('ord', newUuid())

it('opens its own order and no other', () => {
  const [mine, theirs] = [id(), id()]
  for (const version of [0, 1, 12]) {
    expect(secrets.versionOf(mine, secrets.of(mine, version))).toBe(version)
    expect(secrets.versionOf(theirs, secrets.of(mine, version))).toBeUndefined()
  }
  expect(createOrderSecrets('another secret of enough length 1').versionOf(mine, secrets.of(mine))).toBeUndefined()
})

it('keeps every link that was ever sent: version 0 is the key as it always was', () => {
  expect(createOrderSecrets('b1S9fK3xD7qW0eR5tY2uI8oP4aL6zM0n').of('ord_01jz0000000000000000000000')).toBe(
    'ZwxJ5jxndFhh_vdMFTeCl_wCqtzmDyeYEbVBS_5G3hk',
  )
})

it('says no version but its own', () => {
  const mine = id()
  const bare = secrets.of(mine)
  const first = secrets.of(mine, 1).slice(2)
  for (const forged of [`1.${bare}`, first, `2.${first}`, `01.${first}`, `0.${bare}`, `1.1.${first}`, `1e0.${first}`]) {
    expect(secrets.versionOf(mine, forged), forged).toBeUndefined()
  }
})

it('has 256 bits, and takes no part of itself for the whole', () => {
  const mine = id()
  const secret = secrets.of(mine)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  for (const bad of ['', secret.slice(0, -2), `${secret}AA`, 'x', mine]) {
    expect(secrets.versionOf(mine, bad)).toBeUndefined()
  }
})
