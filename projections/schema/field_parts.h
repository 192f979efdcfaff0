// Fields and beginnings that rows of several topics share. Thread: any. Fails: never.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "projections/schema/fields.h"

namespace fiscus::projections {

using Words = std::vector<std::string>;

Field nullable(Field field);
Field optional(Field field);
Field word_of(std::string id, std::string chinese, std::string meaning, Words words);
void add(RowKind& row, std::initializer_list<Field> fields);

Field programme_name();
Field day_field();
Field batch_field();
Field batch_name();
Field platform_field();
Field platform_name();

// What every row begins with.
RowKind row_of(std::string type, std::string chinese, std::string meaning);
// Number, word and sentences; the words are those of events, or of records that are none.
void add_reason(RowKind& row, bool quarantine = false);

}  // namespace fiscus::projections
