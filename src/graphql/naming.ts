import 'postgraphile'

/**
 * Plain names. `id` stays `id` (PostGraphile keeps that name for Relay's global ids, which this API does not have), and
 * a relation on a composite key is named after the key's last column, since the ones before it are the clinic that
 * every key of this schema contains: bookings.(clinic_id, doctor_id) gives `booking.doctor` and `doctor.bookings`.
 * Rejected: a smart tag for each constraint, which the next table would forget.
 */
export const NamingPlugin: GraphileConfig.Plugin = {
  name: 'MedislotNamingPlugin',
  // PgSimplifyInflectionPlugin calls _getBaseNameFromKeys for both directions, so replacing that one is enough.
  after: ['PgSimplifyInflectionPlugin'],
  inflection: {
    replace: {
      _attributeName(previous, _options, details) {
        return previous!({ ...details, skipRowId: true })
      },
      // A table's rows are named by its singular; a composite type is named as it is: AuthTokens.
      _singularizedCodecName(previous, _options, codec) {
        return codec.extensions?.isTableLike === false
          ? this.dontEndInInputOrPatch(this._codecName(codec))
          : previous!(codec)
      },
      _getBaseNameFromKeys(_previous, _options, keys) {
        const last = keys.at(-1)
        return last ? this._getBaseName(this._attributeName(last)) : null
      },
    },
  },
}
