import { newUuid, toId } from '@guichet/server'
import { expect, it } from 'vitest'
import { createOrderSecrets } from './order-secret.ts'

const secrets = createOrderSecrets('b1S9fK3xD7qW0eR5tY2uI8oP4aL6zM0n')
const id = () => toId('ord', newUuid())

it('opens its own order and no other', () => {
  const [mine, theirs] = [id(), id()]
  expect(secrets.matches(mine, secrets.of(mine))).toBe(true)
  expect(secrets.matches(theirs, secrets.of(mine))).toBe(false)
  expect(createOrderSecrets('another secret of enough length 1').matches(mine, secrets.of(mine))).toBe(false)
})

it('has 256 bits, and takes no part of itself for the whole', () => {
  const mine = id()
  const secret = secrets.of(mine)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  for (const bad of ['', secret.slice(0, -2), `${secret}AA`, 'x', mine]) expect(secrets.matches(mine, bad)).toBe(false)
})
