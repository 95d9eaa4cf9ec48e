import { defineProblems } from '@guichet/problem'
import { testTokens, tokenAttackSuite } from '@guichet/testkit'
import { createLog, createServer, createVerifier, defineAccess } from '../src/server.ts'

tokenAttackSuite(async () => {
  const tokens = await testTokens()
  const app = createServer({
    service: 'example',
    version: '1.0.0',
    problems: defineProblems({}),
    access: defineAccess({ permissions: {}, routes: { readPublic: 'public', readMine: 'user', readSecret: 'secret' } }),
    verifier: createVerifier({ issuer: tokens.issuer, audience: 'example', jwks: tokens.jwks }),
    ready: {},
    log: createLog('example', 'silent'),
  })
  app.get('/v1/public', { schema: { operationId: 'readPublic' } }, async () => ({ ok: true }))
  app.get('/v1/mine', { schema: { operationId: 'readMine' } }, async () => ({ ok: true }))
  app.get('/v1/things/:thingId', { schema: { operationId: 'readSecret' } }, async () => ({ ok: true }))
  return { app, tokens, audience: 'example' }
})
