import 'postgraphile'

type Matches = (this: Behavior, entityType: string, entity: unknown, filter: string) => unknown

interface Behavior {
  entityMatches: Matches
  getBehaviorForEntity(entityType: string, entity: unknown): { behaviorString: string }
}

/** The answers so far: by type and question, then by the text that was searched. */
const answersOf = new WeakMap<Behavior, Map<string, Map<string, unknown>>>()
const remembering = new WeakSet<Matches>()

/**
 * Remembers whether a behavior includes another one. graphile-build reads both texts, and those of all other behaviors, at each of
 * about 7,000 questions, which is a fifth of a server's start; 400 of the questions differ.
 */
export const BehaviorsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotBehaviorsPlugin',
  schema: {
    hooks: {
      init: {
        before: ['default'],
        callback(init, build) {
          // The instance is frozen, so its class is changed, once.
          const prototype = Object.getPrototypeOf(build.behavior) as Behavior
          if (!remembering.has(prototype.entityMatches))
            prototype.entityMatches = rememberingOf(prototype.entityMatches)
          return init
        },
      },
    },
  },
}

function rememberingOf(matches: Matches): Matches {
  const remember: Matches = function (entityType, entity, filter) {
    const questions = answersOf.get(this) ?? new Map<string, Map<string, unknown>>()
    answersOf.set(this, questions)
    const question = `${entityType} ${filter}`
    const answers = questions.get(question) ?? new Map<string, unknown>()
    questions.set(question, answers)
    const { behaviorString } = this.getBehaviorForEntity(entityType, entity)
    if (!answers.has(behaviorString)) answers.set(behaviorString, matches.call(this, entityType, entity, filter))
    return answers.get(behaviorString)
  }
  remembering.add(remember)
  return remember
}
