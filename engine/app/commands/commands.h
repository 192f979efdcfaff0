// One make_…() for each file of this folder; engine/app/command.cc puts them in the order of the
// help.
#pragma once

#include <memory>

#include "engine/app/command.h"

namespace fiscus::app {

std::unique_ptr<Command> make_batch_summary();
std::unique_ptr<Command> make_checkpoint_create();
std::unique_ptr<Command> make_checkpoint_restore();
std::unique_ptr<Command> make_checkpoint_verify();
std::unique_ptr<Command> make_config_check();
std::unique_ptr<Command> make_demo();
std::unique_ptr<Command> make_demote();
std::unique_ptr<Command> make_digest();
std::unique_ptr<Command> make_draw_bundle();
std::unique_ptr<Command> make_draw_list();
std::unique_ptr<Command> make_draw_sheet();
std::unique_ptr<Command> make_draw_verify();
std::unique_ptr<Command> make_draws();
std::unique_ptr<Command> make_explain();
std::unique_ptr<Command> make_fund_ledger();
std::unique_ptr<Command> make_fund_position();
std::unique_ptr<Command> make_generate();
std::unique_ptr<Command> make_log_dump();
std::unique_ptr<Command> make_prizes();
std::unique_ptr<Command> make_promote();
std::unique_ptr<Command> make_publish();
std::unique_ptr<Command> make_reconciliation();
std::unique_ptr<Command> make_reference();
std::unique_ptr<Command> make_replay();
std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_source_key();
std::unique_ptr<Command> make_statistics();
std::unique_ptr<Command> make_topics_apply();
std::unique_ptr<Command> make_topics_plan();
std::unique_ptr<Command> make_trace();
std::unique_ptr<Command> make_trial_balance();
std::unique_ptr<Command> make_version();

}  // namespace fiscus::app
