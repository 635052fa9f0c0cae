#pragma once

#include "pipeline/contacts/database.hpp"

namespace towfish {

/// Makes an empty database a GeoPackage with the tables of a contact store, or checks that it is one already:
/// StoreError (damaged) if it is something else. All or nothing.
void prepare_schema(Database& database);

/// Checks only.
void require_schema(Database& database);

}  // namespace towfish
