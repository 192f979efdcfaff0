// One make_…() for each file of this folder; engine/app/command.cc puts them in the order of the help.
#pragma once

#include <memory>

#include "engine/app/command.h"

namespace fiscus::app {

std::unique_ptr<Command> make_config_check();
std::unique_ptr<Command> make_reference();
std::unique_ptr<Command> make_topics_apply();
std::unique_ptr<Command> make_topics_plan();
std::unique_ptr<Command> make_version();

}  // namespace fiscus::app
