import type { Visitor } from './session/visitor.server.ts'

declare global {
  namespace App {
    interface Locals {
      visitor: Visitor
    }
  }
}
