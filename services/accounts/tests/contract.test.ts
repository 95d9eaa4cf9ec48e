import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from '@guichet/database'
import { dumpSchema, openapiYaml, routesOf } from '@guichet/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCESS } from '../src/permissions.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

const CONTRACTS = join(import.meta.dirname, '../../../contracts')

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

describe('the contract', () => {
  it('the migrations make the schema that is committed', async () => {
    await expect(await dumpSchema(accounts.database.url)).toMatchFileSnapshot('../schema.sql')
  })

  it('the routes are those of the committed OpenAPI document', async () => {
    await expect(await openapiYaml(accounts.service.app)).toMatchFileSnapshot(`${CONTRACTS}/http/accounts.yaml`)
  })

  it('every route has a row in the access table, and every row a route', async () => {
    await accounts.service.app.ready()
    const operations = routesOf(accounts.service.app).map(({ operationId }) => operationId)
    expect(operations.toSorted()).toEqual(Object.keys(ACCESS.routes).toSorted())
  })

  it('S-36: every route that is not public refuses who has no token', async () => {
    for (const { method, url, isPublic } of routesOf(accounts.service.app)) {
      if (isPublic) continue
      expect([method, url, (await accounts.call(method, url, {})).status]).toEqual([method, url, 401])
    }
  })

  it('S-33: every route with a body refuses a field that it does not know', async () => {
    const { token: user } = await accounts.person()
    const service = await accounts.serviceToken('notifications')
    for (const { operationId, method, url, takesBody } of routesOf(accounts.service.app)) {
      // RFC 6749 §3.2 wants unknown parameters ignored.
      if (!takesBody || operationId === 'issueServiceToken') continue
      const token = operationId === 'mintEmailLink' ? service : user
      for (const field of ['admin', 'roles', 'createdAt', 'constructor']) {
        const answer = await accounts.call(method, url, { [field]: true }, { token, ifMatch: '*' })
        expect([operationId, answer.status]).toEqual([operationId, 400])
        expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(`/${field}`)
      }
    }
  })
})

describe('the messages', () => {
  it('are what contracts/messages says, in the outbox and in the examples', async () => {
    const owner = await accounts.person()
    const organizerId = await accounts.organizerOf(owner)
    const member = await accounts.memberOf(owner, organizerId, 'door')
    await accounts.call('DELETE', `/v1/organizers/${organizerId}/members/${member.userId}`, undefined, {
      token: owner.token,
    })
    await accounts.refreshed(member)
    await accounts.moveTo(owner, newEmail())
    const change = { currentPassword: PASSWORD, newPassword: 'acht kleine blaue Hasen' }
    await accounts.call('PUT', '/v1/users/me/password', change, { token: owner.token })
    await accounts.call('DELETE', '/v1/users/me', { password: PASSWORD }, { token: member.token })

    const files = (await readdir(`${CONTRACTS}/messages`)).filter((name) => /^accounts\..*\.v\d+\.json$/.test(name))
    const { rows } = await sql<{ type: string; subject: string; data: { userId: string } }>`
      select type, subject, data from outbox`.execute(accounts.db)
    expect([...new Set(rows.map((row) => `${row.type}.json`))].toSorted()).toEqual(files.toSorted())
    const ajv = formats.default(new Ajv2020({ allErrors: true, strict: false }))
    for (const file of files) {
      const validate = ajv.compile(JSON.parse(await readFile(`${CONTRACTS}/messages/${file}`, 'utf8')))
      const example = JSON.parse(
        await readFile(`${CONTRACTS}/messages/${file.replace('.json', '.example.json')}`, 'utf8'),
      )
      for (const data of [example, ...rows.filter((row) => `${row.type}.json` === file).map((row) => row.data)]) {
        expect([file, validate(data), validate.errors]).toEqual([file, true, null])
      }
    }
    for (const row of rows) expect(row.subject).toBe(row.data.userId)
  })
})
