#include "engine/app/partition_statistics.h"

namespace fiscus::app {

void Lead::tell(const runtime::PartitionView& view, Clock::Time now) {
    const bool leads_now = view.role == runtime::Role::leader;
    if (leads_now && !leads) {
        since = now;
    }
    leads = leads_now;
    unfenced = view.unfenced;
}

Status PartitionStatistics::open() {
    projections::RunnerOptions options = options_;
    follows_ = stands_by_;
    if (follows_) {
        options.publishing = projections::Publishing::follow;
    }
    runner_.reset();
    FISCUS_ASSIGN(runner_, projections::Runner::open(log_, partition_, options));
    return Done{};
}

Result<bool> PartitionStatistics::keep_to(const Lead& lead) {
    const auto now = options_.clock->now();
    // Of a process that slept it is not known whether it leads still.
    const bool unfenced = now - lead.unfenced < row_lease;
    if (!follows_ && stands_by_ && !lead.leads) {
        // Rows that are under way go with the writer, and those that are not wait no longer.
        FISCUS_TRY(open());
    } else if (follows_ && lead.leads && unfenced && now - lead.since >= row_lease) {
        FISCUS_ASSIGN(const bool leads, runner_->lead());
        follows_ = !leads;
    }
    return follows_ || unfenced;
}

}  // namespace fiscus::app
